/** A check prints all that it finds, then one line with its verdict, and ends with 1 if it found anything. */
export function findings(title) {
  let count = 0;
  return {
    report(message) {
      count += 1;
      process.stderr.write(`${title}: ${message}\n`);
    },
    end(note = "") {
      process.stderr.write(count === 0 ? `${title}: fine${note && `, ${note}`}\n` : `${title}: ${count} findings\n`);
      process.exitCode = count === 0 ? 0 : 1;
    },
  };
}
