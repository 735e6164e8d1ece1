/** Below this share of covered lines a file is named, in percent. */
const NAMED_BELOW = 80;

/**
 * A report of Istanbul: how much of the product's code the tests run, in total, and the files that they hardly run.
 * CommonJS, since Istanbul requires it.
 */
module.exports = class CoverageReport {
  execute(context) {
    const files = [];
    let total;
    context.getTree('flat').visit({
      onDetail: (node) =>
        files.push({ file: node.getFileCoverage().path, lines: node.getFileCoverage().toSummary().lines.pct }),
      onStart: (root) => (total = root.getCoverageSummary()),
    });
    const low = files.filter(({ lines }) => lines < NAMED_BELOW).sort((a, b) => a.lines - b.lines);
    console.log(
      `\nCoverage: ${total.lines.pct} % of lines and ${total.branches.pct} % of branches in ${files.length} files`,
    );
    console.log(`Files below ${NAMED_BELOW} % of lines: ${low.length === 0 ? 'none' : low.length}`);
    for (const { file, lines } of low)
      console.log(`  ${String(lines).padStart(6)} %  ${file.replace(`${process.cwd()}/`, '')}`);
  }
};
