import { stage } from '../../../services/worker/stage.ts';
import { arbitrary } from '../../testing/arbitraries.ts';
import { launch } from '../../../infra/launch.ts';
import missing from 'nowhere-to-be-found';
import * as eslint from 'eslint';

export const client = [stage, arbitrary, launch, missing, eslint];
