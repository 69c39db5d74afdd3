import type { DataFolder } from './data-folder';

/** What to do next, for a person at a terminal. */
export function welcome(url: string, folder: DataFolder): string {
  const cli = `PETABAKAT_DATABASE_URL_FILE=${folder.databaseUrlFile} npx petabakat`;
  return `
  Petabakat listens on ${url}

    what it offers      ${url}/openapi.json
    is it well          ${url}/health/ready
    its data            ${folder.path}   (database and secrets; kept between runs)

  Next: make an account for a member of staff (its token is shown once),

    ${cli} staff add ana --roles operations

  then import agencies, participants, a form and a plan as docs/operations.md shows,
  or see all of it happen: npm run demo

  Ctrl-C stops it in order.

`;
}
