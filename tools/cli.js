/** `npm run cli -- ARGS`: the built command line, in the directory where npm was called. */

// npm runs scripts in the root of the clone; paths among ARGS are meant from where somebody typed them.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
await import("../pkg/js/cli/main.js");
