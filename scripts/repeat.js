// Repeats a run of the program from a record of what it read, wrote and printed, if nothing of that has changed. The record is of a run
// that found every file as it left it, so that the next one would read, write and print the same. What was read is
// compared byte by byte, so that an edited, removed or added file is never kept. One site has few enough files for that; a folder of sites
// has stamps (lib/synth/stamp.ts), by which one site is built and thousands are left alone.
const fs = require('node:fs');
const { dirname, resolve } = require('node:path');

/** A folder of hundreds of sites has more, and is not recorded. */
const MOST_OBSERVATIONS = 2000;
const RECORDS = 8;

const modeOf = (stats) => `${stats?.mode}`;
/** The program may judge a file by all of these, without reading it. */
const stateOf = (stats) => `${stats && [stats.mode, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs]}`;
const listOf = (entries) =>
  JSON.stringify(entries.map((one) => (typeof one === 'string' ? one : [one.name, one.isFile(), one.isDirectory()])));

/** Everything that a run looks at, as a text or as bytes. */
const LOOKS = {
  exists: (path) => `${fs.existsSync(path)}`,
  stat: (path) => stateOf(fs.statSync(path, { throwIfNoEntry: false })),
  lstat: (path) => modeOf(fs.lstatSync(path, { throwIfNoEntry: false })),
  names: (path) => listOf(fs.readdirSync(path)),
  entries: (path) => listOf(fs.readdirSync(path, { withFileTypes: true })),
  content: (path) => fs.readFileSync(path),
  writable: (path) => `${fs.accessSync(path, fs.constants.W_OK)}`,
  variable: (name) => `${JSON.stringify(process.env[name])}`,
};

/** What selects a run, beside what it looks at. */
const keyOf = (version) =>
  JSON.stringify([
    version,
    process.argv.slice(2),
    process.cwd(),
    process.umask(),
    process.version,
    process.execArgv,
    process.env.NODE_OPTIONS,
    // a terminal gets progress
    [1, 2].map((stream) => fs.fstatSync(stream).isCharacterDevice()),
  ]);

const fileOf = (program, key) =>
  `${program}.run-${[...key].reduce((sum, c) => (sum * 31 + c.charCodeAt()) % RECORDS, 0)}`;

/**
 * Prints what a run printed and sets its exit status, if it would do that again and change no file.
 *
 * @param program path of its code, beside which the records are
 * @param version of the code
 * @returns whether it did
 */
function repeat(program, version) {
  const key = keyOf(version);
  const record = readRecord(fileOf(program, key));
  if (record?.key !== key || !record.observations.every(isSame)) return false;
  for (const [stream, text] of record.printed) process[stream].write(text);
  process.exitCode = record.status;
  return true;
}

/** One line of JSON, then the bytes of all files. Undefined if there is none, or half of one. */
function readRecord(file) {
  try {
    const bytes = fs.readFileSync(file);
    let offset = bytes.indexOf('\n') + 1;
    const record = JSON.parse(bytes.toString('utf8', 0, offset));
    for (const observation of record.observations) {
      const [, , value] = observation;
      if (typeof value === 'string') continue;
      observation[2] = bytes.subarray(offset, offset + value);
      offset += value;
    }
    return offset === bytes.length ? record : undefined;
  } catch {
    // the program runs in any case, and writes another
    return undefined;
  }
}

function isSame([look, path, value]) {
  try {
    return isEqual(LOOKS[look](path), value);
  } catch {
    // the program runs, and reports what is wrong
    return false;
  }
}

const isEqual = (a, b) => (typeof a === 'string' ? a === b : a.equals(b));

/** Runs the program, which returns synchronously, and records it if it can be repeated. */
function record(program, version, run) {
  const observations = new Map();
  const printed = [];
  const staged = new Map();
  let isRepeatable = true;
  let depth = 0;

  const giveUp = () => {
    isRepeatable = false;
    for (const kept of [observations, staged]) kept.clear();
  };
  const see = (look, at, value) => {
    const path = look === 'variable' || typeof at !== 'string' ? at : resolve(at);
    const [, , before] = observations.get(`${look} ${path}`) ?? [];
    const hasChanged = before !== undefined && !isEqual(before, value);
    if (typeof path !== 'string' || hasChanged || observations.size === MOST_OBSERVATIONS) giveUp();
    else observations.set(`${look} ${path}`, [look, path, value]);
  };
  const afterCall = {
    existsSync: (found, path) => see('exists', path, `${found}`),
    statSync: (stats, path) => see('stat', path, stateOf(stats)),
    lstatSync: (stats, path) => see('lstat', path, modeOf(stats)),
    readdirSync: (list, path, options) => {
      // without its own temporary files
      const lasting = list.filter((one) => !staged.has(resolve(path, one.name ?? one)));
      see(options?.withFileTypes ? 'entries' : 'names', path, listOf(lasting));
    },
    readFileSync: (content, path) => {
      see('content', path, Buffer.from(content));
      // to compare a pipe would empty it
      if (!fs.statSync(path).isFile()) giveUp();
    },
    writeFileSync: (_, path, text) => staged.set(resolve(path), Buffer.from(text)),
    renameSync: (_, from, to) => {
      see('content', to, staged.get(resolve(from)) ?? Buffer.alloc(0));
      staged.delete(resolve(from));
      see('lstat', to, LOOKS.lstat(to));
      see('writable', dirname(to), LOOKS.writable(dirname(to)));
    },
    mkdirSync: (first) => {
      if (first !== undefined) giveUp();
    },
  };
  const undo = [];
  const replace = (object, name, replacement) => {
    const old = object[name];
    undo.push(() => {
      object[name] = old;
    });
    object[name] = replacement(old);
  };
  const observe = (name, result, args) => {
    try {
      if (Object.hasOwn(afterCall, name)) afterCall[name](result, ...args);
      else giveUp();
    } catch {
      // the call of the program has succeeded; only the record has not
      giveUp();
    }
  };
  const watched = (name) => (call) => {
    const watching = (...args) => {
      // node:fs calls itself
      if (depth > 0 || !isRepeatable) return call(...args);
      depth++;
      try {
        const result = call(...args);
        observe(name, result, args);
        return result;
      } catch (error) {
        giveUp();
        throw error;
      } finally {
        depth--;
      }
    };
    // also those by which util.promisify knows a function
    return Object.defineProperties(watching, Object.getOwnPropertyDescriptors(call));
  };
  for (const stream of ['stdout', 'stderr']) {
    replace(process[stream], 'write', (write) => (text, ...rest) => {
      printed.push([stream, `${text}`]);
      return write.call(process[stream], text, ...rest);
    });
  }
  // a stream to a file calls writeSync, and a look at promises loads them
  const isWatched = (name) => /^(?!writeSync$|promises$)[a-z]/.test(name) && typeof fs[name] === 'function';
  for (const name of Object.keys(fs).filter(isWatched)) replace(fs, name, watched(name));
  const variable = (read) => (variables, name) => {
    if (typeof name === 'string') see('variable', name, `${JSON.stringify(variables[name])}`);
    return read(variables, name);
  };
  const unknown =
    (change) =>
    (...args) => {
      giveUp();
      return change(...args);
    };
  replace(
    process,
    'env',
    (variables) =>
      new Proxy(variables, {
        get: variable(Reflect.get),
        has: variable(Reflect.has),
        getOwnPropertyDescriptor: variable(Reflect.getOwnPropertyDescriptor),
        set: unknown(Reflect.set),
        deleteProperty: unknown(Reflect.deleteProperty),
        ownKeys: unknown(Reflect.ownKeys),
      }),
  );
  try {
    run();
  } finally {
    for (const step of undo.reverse()) step();
  }
  const list = [...observations.values()];
  const hasRead = list.some(([look]) => look === 'content');
  // not watched
  const others = /^NativeModule (worker_threads|child_process|internal\/fs\/promises)$/;
  const isAlone = !process.moduleLoadList.some((name) => others.test(name));
  // a file that was written in place may be half of one
  if (!isRepeatable || !isAlone || !hasRead || staged.size > 0) return;
  const key = keyOf(version);
  const contents = list.map(([, , value]) => value).filter((value) => typeof value !== 'string');
  const lengths = list.map(([look, path, value]) => [look, path, typeof value === 'string' ? value : value.length]);
  const head = { key, status: process.exitCode ?? 0, printed, observations: lengths };
  // it holds files that perhaps nobody else may read
  writeWhole(fileOf(program, key), Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...contents]), 0o600);
}

/** Replaces a file that saves time, and is not needed: nothing is written where nothing may be. */
function writeWhole(file, content, mode = 0o666) {
  try {
    fs.writeFileSync(`${file}.${process.pid}`, content, { mode });
    fs.renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(error.code)) throw error;
    // a full disk takes a part
    fs.rmSync(`${file}.${process.pid}`, { force: true });
  }
}

module.exports = { record, repeat, writeWhole };
