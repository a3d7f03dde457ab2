/** What miniflare's own Workers have to say, line by line: the one of `send_email` names the file that it keeps a mail in. */
import { stripVTControlCharacters } from "node:util";

/** @param {(line: string) => void} output */
export function workersLog({ NoOpLog, LogLevel }, output) {
  return new (class extends NoOpLog {
    // Miniflare speaks by these itself, of its own start and of what it does not know.
    warn() {}
    info() {}
    debug() {}
    verbose() {}
    logWithLevel(level, message) {
      if (level <= LogLevel.INFO) for (const line of stripVTControlCharacters(message).split("\n")) output(line);
    }
  })();
}
