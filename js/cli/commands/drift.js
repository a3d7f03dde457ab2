import { plan } from "./plan.js";

/** `drift MANIFEST…`: the same comparison as `plan`, for people who only look; so it has to look. */
export const drift = {
  ...plan,
  name: "drift",
  summary: "show what differs from the manifest",
  examples: [
    "cfworker-deploy drift worker.yaml",
    "cfworker-deploy drift worker.yaml --detailed-exitcode   # 2: something differs",
  ],
};
