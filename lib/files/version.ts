import { version } from '../../package.json';

/** The version of this project. A bundle has it in itself. */
export const PROJECT_VERSION: string = version;
