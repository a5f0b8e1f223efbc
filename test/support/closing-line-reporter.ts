/**
 * Owns: the last lines of a test run: what was skipped and why, then alone on the very last line
 * `N passed, N failed` or `N passed, N failed, N skipped`.
 * Does not own: the report itself (vitest's default reporter).
 */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

export interface RunCounts {
  readonly passed: number;
  /** Failed tests, suites and files that could not run, and errors that nobody caught. */
  readonly failed: number;
  readonly skipped: number;
}

const NO_REASON = 'no reason given';
const NOT_SET_UP = 'its set-up failed';
const NOT_SELECTED = 'not selected by the name filter';

export class ClosingLineReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const filter = this.vitest?.getGlobalTestNamePattern();
    const skipped = new Map<string, string[]>();
    for (const test of allTests(modules, 'skipped')) {
      const reason = skipReason(test, filter);
      skipped.set(reason, [...(skipped.get(reason) ?? []), testName(test)]);
    }
    const text = `${skippedText(skipped)}${closingLine(countRun(modules, unhandledErrors))}\n`;
    if (this.vitest?.config.watch) process.stdout.write(text);
    // Later than coverage tables and whatever else is written while the run is closed.
    else process.once('exit', () => process.stdout.write(text));
  }
}

export function closingLine({ passed, failed, skipped }: RunCounts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

/** `byReason`: names of tests by the reason they were skipped for. */
export function skippedText(byReason: ReadonlyMap<string, readonly string[]>): string {
  if (byReason.size === 0) return '';
  const lines = [...byReason].flatMap(([reason, names]) =>
    reason === NOT_SELECTED
      ? [`${names.length} tests: ${reason}`]
      : names.map((name) => `${name}: ${reason}`),
  );
  return `Skipped:\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

/** A test that was begun and never ended counts as failed. */
export function countRun(
  modules: readonly TestModule[],
  unhandledErrors: readonly unknown[],
): RunCounts {
  const count = (state: 'passed' | 'failed' | 'skipped' | 'pending') =>
    [...allTests(modules, state)].length;
  const brokenSuites = modules
    .flatMap((module) => [module, ...module.children.allSuites()])
    .filter((suite) => suite.errors().length > 0).length;
  return {
    passed: count('passed'),
    failed: count('failed') + count('pending') + brokenSuites + unhandledErrors.length,
    skipped: count('skipped'),
  };
}

function* allTests(
  modules: readonly TestModule[],
  state: 'passed' | 'failed' | 'skipped' | 'pending',
): Generator<TestCase> {
  for (const module of modules) yield* module.children.allTests(state);
}

function skipReason(test: TestCase, filter: RegExp | undefined): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  if (test.options.mode === 'todo') return 'to be written';
  if (filter !== undefined && !filter.test(test.fullName.replaceAll(' > ', ' '))) {
    return NOT_SELECTED;
  }
  if (ancestors(test).some((suite) => suite.errors().length > 0)) return NOT_SET_UP;
  const real = test.project.getProvidedContext().realServers;
  return real === undefined || real.ok ? NO_REASON : real.reason;
}

function ancestors(test: TestCase): (TestSuite | TestModule)[] {
  const suites: (TestSuite | TestModule)[] = [];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) suites.push(at);
  return [...suites, test.module];
}

function testName(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
