// What the page of the planner has in place of modules that run in Node only, or are too large for it.
/** SHA-1 and SHA-256 of Node's crypto, which the page lacks: the browser's own are asynchronous. */
const CRYPTO = `const { sha1 } = require('@noble/hashes/legacy.js');
const { sha256 } = require('@noble/hashes/sha2.js');
const { bytesToHex, utf8ToBytes } = require('@noble/hashes/utils.js');
exports.createHash = (name) => {
  const hash = { sha1, sha256 }[name].create();
  return {
    update(text) { hash.update(utf8ToBytes(text)); return this; },
    digest: () => bytesToHex(hash.digest()),
  };
};`;

/** The character of a name in Markdown, such as `amp`; false for an unknown one. */
const ENTITIES = `export function decodeNamedCharacterReference(name) {
  const text = new DOMParser().parseFromString('&' + name + ';', 'text/html').body.textContent;
  return text === '&' + name + ';' ? false : text;
}`;

/** What libraries ask of Node's process. */
const PROCESS = "var process={env:{},pid:0,platform:'browser',cwd:()=>'/'};";

/** Modules that the page has in another form. Modules of Node that only unused functions call are empty. */
const standIns = {
  name: 'stand-ins',
  setup(bundle) {
    bundle.onResolve({ filter: /^(node:)?crypto$/ }, () => ({ path: 'crypto', namespace: 'stand-in' }));
    bundle.onLoad({ filter: /^crypto$/, namespace: 'stand-in' }, () => ({ contents: CRYPTO, resolveDir: '.' }));
    bundle.onResolve({ filter: /^(node:.*|fs|path|os|child_process|util)$/ }, ({ path }) => ({
      path,
      namespace: 'of-node',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'of-node' }, () => ({ contents: 'module.exports = {};' }));
    // the browser's own makes an element when it is loaded, which a worker cannot
    bundle.onLoad({ filter: /decode-named-character-reference[/\\]index\.dom\.js$/ }, () => ({ contents: ENTITIES }));
  },
};

module.exports = { PROCESS, standIns };
