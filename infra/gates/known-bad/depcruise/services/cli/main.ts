import { plan } from '../other/plan.ts';

export const main = plan;
