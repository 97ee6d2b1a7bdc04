const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // a test file waits for its programs a part of its time; jest reads '150%' as 150 workers
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // tests that are concurrent wait most of their time
  maxConcurrency: 6,
  testEnvironment: '<rootDir>/test/support/shared-environment.js',
  runtime: '<rootDir>/test/support/shared-runtime.js',
  globalSetup: '<rootDir>/test/support/temporary-folder.js',
  globalTeardown: '<rootDir>/test/support/remove-temporary-folder.js',
  transform: { '\\.ts$': '<rootDir>/test/support/esbuild-transform.js' },
};
