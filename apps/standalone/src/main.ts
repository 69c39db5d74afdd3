import { loadConfig, runService } from '@app/bootstrap';
import { StandaloneConfig } from './config';
import { DataFolder } from './data-folder';
import { startStandalone } from './start-standalone';
import { welcome } from './welcome';

void runService('standalone', async (context) => {
  const config = loadConfig(StandaloneConfig, process.env);
  const service = await startStandalone(config, context);
  process.stderr.write(welcome(service.url, new DataFolder(config.dataFolder)));
  return service;
});
