const { default: Runtime } = require('jest-runtime');

let library;

/**
 * Loads what the test files import once for all of them that a jest worker runs. Jest does it anew for each test file, and that, with code that
 * starts cold each time, took half of the time of tests that start no program.
 */
module.exports = class SharedRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const { watch, watchAll } = args.at(-1);
    // who watches changes the modules between two runs of one process
    if (watch || watchAll) library = undefined;
    library ??= new Runtime(...args);
  }

  requireModuleOrMock(from, name) {
    return library.requireModuleOrMock(from, name);
  }

  setMock() {
    throw new Error('modules are shared by the test files, so none can be mocked; use jest.spyOn and restore it');
  }

  getSourceMaps() {
    const [own, others] = [super.getSourceMaps(), library.getSourceMaps()];
    return {
      get: (file) => own.get(file) ?? others.get(file),
      *[Symbol.iterator]() {
        yield* own;
        yield* others;
      },
    };
  }
};
