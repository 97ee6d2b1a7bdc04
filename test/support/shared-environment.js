const { TestEnvironment } = require('jest-environment-node');

class SharedEnvironment extends TestEnvironment {
  constructor(...args) {
    super(...args);
    this.ownKeys = new Set(Reflect.ownKeys(this.global));
  }

  /** Removes what jest and the last test file left in the global object, such as a time limit. */
  forget() {
    this.fakeTimersModern.useRealTimers();
    for (const key of Reflect.ownKeys(this.global)) {
      const isOwn = this.ownKeys.has(key) || !Reflect.getOwnPropertyDescriptor(this.global, key)?.configurable;
      if (!isOwn) delete this.global[key];
    }
  }

  async teardown() {}
}

let shared;

/** One realm for all test files of a jest worker, without which shared-runtime.js could not give them the same modules. */
module.exports = function environment(...args) {
  shared?.forget();
  shared ??= new SharedEnvironment(...args);
  return shared;
};
