import './jitless';
import { start } from './app';
import { serve } from './worker';

// the worker runs the script of the page: a file from disk may load no other
if (typeof document === 'undefined') serve();
else start(document.currentScript?.textContent ?? '');
