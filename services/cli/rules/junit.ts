/**
 * Owns: a test run as JUnit XML, in the form that CI systems agree on: a suite per rule, a case per
 * sample. Without times: the same run gives the same bytes.
 */
import type { SampleResult } from '../../detector/rules/kit/samples.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { resultsOf, type Suite, type TestRun } from './test-run.ts';
import { formatTree } from './tree.ts';

const NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way at all to write most control characters. */
function safe(text: string): string {
  return escapeForTerminal(text).replace(/[&<>"'\ufffe\uffff]/g, (char) => NAMES[char] ?? '\ufffd');
}

function lines(text: string): string {
  return text.split('\n').map(safe).join('\n');
}

type Attributes = Readonly<Record<string, string | number>>;

function element(name: string, attributes: Attributes, content: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${safe(`${value}`)}"`);
  return `<${name}${written.join('')}>${content}</${name}>\n`;
}

function testCase({ explanations, got, passed, rule, sample }: SampleResult): string {
  const { expect, line, name, path } = sample;
  const attributes = { name, classname: rule.title, file: path, line };
  if (passed) return element('testcase', attributes, '');
  const message = `expected ${expect}, got ${got}`;
  const detail = explanations.map(({ tree }) => formatTree(tree)).join('\n');
  const failure = element('failure', { message, type: 'AssertionError' }, lines(detail));
  return element('testcase', attributes, `\n${failure}`);
}

function suiteOf({ results, rule }: Suite): string {
  const failures = results.filter(({ passed }) => !passed).length;
  const counts = { tests: results.length, failures, errors: 0, skipped: 0 };
  const attributes = { name: rule.title, id: rule.id, file: rule.path, ...counts };
  return element('testsuite', attributes, `\n${results.map(testCase).join('')}`);
}

/** What could not be tried at all: without it a broken file would look like a green run. */
function problemSuite({ problems }: TestRun): string {
  if (problems.length === 0) return '';
  const cases = problems.map(({ line, path, reason, remedy }) => {
    const error = element('error', { message: reason, type: 'SampleError' }, safe(remedy));
    const attributes = { name: `line ${line}`, classname: path, file: path, line };
    return element('testcase', attributes, `\n${error}`);
  });
  const counts = { tests: cases.length, failures: 0, errors: cases.length, skipped: 0 };
  return element('testsuite', { name: 'samples', ...counts }, `\n${cases.join('')}`);
}

export function formatJunit(run: TestRun): string {
  const suites = run.suites.map(suiteOf).join('');
  const { all, failed } = resultsOf(run);
  const counts = {
    tests: all.length + run.problems.length,
    failures: failed.length,
    errors: run.problems.length,
  };
  const body = element(
    'testsuites',
    { name: 'podwitness rules', ...counts },
    `\n${suites}${problemSuite(run)}`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}
