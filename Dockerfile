# One image for the four services and the command line; which of them a container is, its command says.
ARG NODE_IMAGE=node:20.20-bookworm-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
ENV NODE_ENV=production npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
COPY package.json package-lock.json ./

# Optional packages are the server binaries of the embedded default: here PostgreSQL has a container of its own.
FROM manifests AS dependencies
RUN npm ci --omit=dev --omit=optional \
  && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -type f -delete

FROM manifests AS build
RUN npm ci --include=dev
COPY nest-cli.json tsconfig.base.json ./
COPY tools tools
COPY apps apps
COPY libs libs
COPY demo demo
RUN npm run build && rm -rf dist/demo dist/libs/testing dist/apps/standalone

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="petabakat" org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps HOST=0.0.0.0 PORT=3000
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY deploy/image/health-check deploy/image/petabakat /usr/local/bin/
# By number, so that Kubernetes can tell that it is not root. The account is named node in the base image.
USER 1000:1000
EXPOSE 3000
# Longer than the service's own checks, which give up after 2 s.
HEALTHCHECK --interval=5s --timeout=4s --start-period=180s --retries=3 CMD ["health-check"]
# The services are started as `node dist/apps/<app>/src/main.js`; without a command, the image explains itself.
CMD ["petabakat", "--help"]
