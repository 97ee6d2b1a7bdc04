/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // tests wait for processes half of their time: on two cores three files at a time take 177 s, two 211 s (`npm test`)
  maxWorkers: '150%',
  testEnvironment: '<rootDir>/test/support/shared-environment.js',
  runtime: '<rootDir>/test/support/shared-runtime.js',
  globalSetup: '<rootDir>/test/support/temporary-folder.js',
  globalTeardown: '<rootDir>/test/support/remove-temporary-folder.js',
  transform: { '\\.ts$': '<rootDir>/test/support/esbuild-transform.js' },
};
