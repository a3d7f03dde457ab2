/** Runs the command line as a user without rights: what a test of root's may write, this one may not. */

import { BIN } from "./deploying.js";

const NOBODY = 65_534;

process.setgid(NOBODY);
process.setuid(NOBODY);
await import(BIN);
