/**
 * Owns: reading a Dockerfile into its instructions. Knows comments and continued lines, nothing more.
 */

export interface Instruction {
  readonly name: string;
  readonly text: string;
  /** 0 for the first FROM. */
  readonly stage: number;
}

export function readDockerfile(text: string): readonly Instruction[] {
  const joined = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  let stage = -1;
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(' ');
      if (name === 'FROM') stage += 1;
      return { name, text: rest.join(' '), stage };
    });
}
