/**
 * Owns: names of Sigma's taxonomy and what our documents call them. Plain data.
 * Does not own: which log source they are for (routing.ts).
 *
 * Names that our documents have nothing for (`OriginalFileName`, `LogonId`, `Hashes` …) are not here:
 * a rule that needs them could never match, and is told so.
 */

/** Category process_creation (Sigma Appendix Taxonomy v2.1.0, "Process Creation Events"). */
export const PROCESS_FIELDS: Readonly<Record<string, string>> = {
  CommandLine: 'process.command_line',
  CurrentDirectory: 'process.working_directory',
  Image: 'process.executable',
  ParentCommandLine: 'process.parent.command_line',
  ParentImage: 'process.parent.executable',
  ParentProcessId: 'process.parent.pid',
  ParentUser: 'process.parent.user.name',
  ProcessId: 'process.pid',
  ProcessGuid: 'process.entity_id',
  ParentProcessGuid: 'process.parent.entity_id',
  User: 'user.name',
};
