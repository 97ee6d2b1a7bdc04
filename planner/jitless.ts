import { config } from 'zod';

// the page forbids code from texts, which zod would try; it must know before a schema is made
config({ jitless: true });
