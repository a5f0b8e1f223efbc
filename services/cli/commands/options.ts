/**
 * Owns: the options that several commands share.
 */
import type { Command } from 'commander';
import { type Config, loadConfig } from '../../../shared/config/load.ts';

export interface ConfigOptions {
  readonly config?: string;
  readonly data?: string;
}

export function withConfig(command: Command): Command {
  return command.option(
    '--config <file>',
    'configuration (default: podwitness.yaml if it is there)',
  );
}

export function withData(command: Command): Command {
  return command.option('--data <dir>', 'folder of the embedded log and store (dataDir)');
}

export function readOptions(options: ConfigOptions): Promise<Config> {
  const { config: file, data } = options;
  const overrides = data === undefined ? [] : [{ name: 'dataDir', value: data, where: '--data' }];
  return loadConfig({ file, overrides });
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

export interface RuleFileOptions {
  readonly rules: readonly string[];
  readonly bundledRules: boolean;
  readonly exceptions: readonly string[];
}

export function withRuleFiles(command: Command): Command {
  return command
    .option(
      '--rules <path>',
      'rules (Sigma, Falco, Elastic), a file or a folder; repeatable',
      collect,
      [],
    )
    .option('--no-bundled-rules', 'leave out the rules that come with podwitness')
    .option('--exceptions <path>', 'a file of exceptions; repeatable', collect, []);
}
