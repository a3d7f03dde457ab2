/** With `--local` a command that somebody copies from a finding must go to Local Cloudflare as well. */

/** A help that ends with a command: `publish it: cfworker-deploy publish …`. */
const COMMAND_AT_END = /(?:^|: )cfworker-deploy (?!explain )[^`]+$/;

/**
 * @param {import("./index.js").View} view
 * @returns {import("./index.js").View}
 */
export function withLocalCommands(view) {
  return {
    ...view,
    event: (told) => view.event(withLocal(told)),
    diagnostics: (list) => view.diagnostics(list.map(withLocal)),
    checkup: (value) => view.checkup({ ...value, checks: value.checks.map(withLocal) }),
    failure(error, interrupted, goOn) {
      // In place: the summary of the run tells it as well.
      if (error instanceof Error) {
        Object.assign(error, withLocal({ help: error.help }));
        if (error.diagnostics) error.diagnostics = error.diagnostics.map(withLocal);
      }
      return view.failure(error, interrupted, goOn);
    },
  };
}

/** @template {{ help?: string }} T @param {T} told @returns {T} */
function withLocal(told) {
  const { help } = told;
  return help && COMMAND_AT_END.test(help) && !/ --local\b/.test(help) ? { ...told, help: `${help} --local` } : told;
}
