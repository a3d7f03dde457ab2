/** `npm run build`: toolchain, tools, engine, package. */
import { buildPackage } from "./build/index.js";
import { main } from "./stage.js";

await main("build", buildPackage);
