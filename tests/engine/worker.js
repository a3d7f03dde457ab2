/** Runs one case of cases.js inside workerd. Bundled and started by workerd.test.js. */
import { createEngine } from "../../js/engine.js";
import wasm from "../../target/probe/engine_bg.wasm";
import { createGlue } from "../../target/probe/glue.js";
import { cases, pause } from "./cases.js";

const strays = [];
addEventListener("unhandledrejection", (event) => strays.push(String(event.reason)));

export default {
  async fetch(request) {
    const { name, url } = await request.json();
    strays.length = 0;
    try {
      await cases[name]({ engine: createEngine({ createGlue, module: wasm }), url });
      await pause(10);
      return Response.json({ strays });
    } catch (error) {
      return Response.json({ strays, failure: error.stack });
    }
  },
};
