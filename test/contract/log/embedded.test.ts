/** The embedded log held against the contract of the port `Log`. */
import { embeddedHarness } from './embedded-harness.ts';
import { describeLogContract } from './suite.ts';

describeLogContract('embedded', embeddedHarness(25));
