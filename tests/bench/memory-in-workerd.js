/** The Worker of bench/memory.js. */
import { apply } from "../../pkg/js/entrypoints/workerd.js";
import { deploy } from "./memory-run.js";

export default {
  async fetch(request) {
    try {
      await deploy(apply, await request.json());
      return new Response("done");
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
