/**
 * Owns: who may import whom. Every rule has a sample under known-bad/depcruise that breaks it.
 * Does not own: what a file may do without importing anything (eslint.config.js).
 *
 * Paths are relative to the folder that is cruised: the repository, or the known-bad sample.
 */
const { join } = require('node:path');

/** Files of a worker that touch the outside; everything beside them is pure. */
const EDGES =
  '/edge/[^/]+$|/(main|worker|webhook|server|telemetry|read-rules|index-batch|intake)[.]ts$';
/** What a worker shows to services/cli, which starts them all in one process. */
const FACTORIES = '^services/[^/]+/(main|worker|stage|kit|read-rules|rules/model)[.]ts$';
/** Node's modules that reach the disk, the network or the process; for net see eslint.config.js. */
const OUTSIDE =
  '^(node:)?(fs|http|http2|https|tls|dgram|dns|child_process|cluster|process|os|' +
  'worker_threads|timers|perf_hooks|readline|inspector)(/|$)';
const NPM = 'node_modules/';

/** Nothing but what `allowed` names may be imported from `from`. */
function only(name, from, allowed, comment) {
  return { name, severity: 'error', comment, from: { path: from }, to: { pathNot: allowed } };
}

/** The package is imported in one place alone, so that it can be replaced there. */
function confined(packagePath, places) {
  return {
    name: `only-here-${packagePath.replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}`,
    severity: 'error',
    comment: `${packagePath} stays behind its port: ${places}`,
    from: { path: '^(services|shared|schemas)/', pathNot: places },
    to: { path: `${NPM}${packagePath}` },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: NPM } },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      comment: 'Nobody imports it and it imports nothing: it is dead, or wiring was forgotten.',
      from: { orphan: true, path: '^(services|shared|schemas)/' },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^(services|shared|schemas|infra|test)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'What is imported stands in package.json.',
      from: { path: '^(services|shared|schemas|infra|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(services|shared|schemas)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: `${NPM}@types/` },
    },
    {
      name: 'product-not-to-test-or-infra',
      severity: 'error',
      from: { path: '^(services|shared|schemas)/' },
      to: { path: '^(test|infra)/' },
    },
    {
      name: 'shared-not-to-services',
      severity: 'error',
      from: { path: '^(shared|schemas)/' },
      to: { path: '^services/' },
    },
    {
      name: 'schemas-not-to-shared',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { path: '^shared/' },
    },
    {
      name: 'no-service-to-service',
      severity: 'error',
      comment: 'Workers talk through topics.',
      from: { path: '^services/([^/]+)/', pathNot: '^services/cli/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'cli-to-factories-only',
      severity: 'error',
      comment: 'The command line starts workers; it does not reach into them.',
      from: { path: '^services/cli/' },
      to: {
        path: '^services/',
        pathNot: `^services/cli/|${FACTORIES}`,
        dependencyTypesNot: ['type-only'],
      },
    },
    only('domain-imports-nothing', '^shared/domain/', '^(shared/domain/|crypto$)'),
    only('errors-import-nothing', '^shared/errors/', '^shared/errors/'),
    only('ports-import-domain-and-errors', '^shared/ports/', '^shared/(ports|domain|errors)/'),
    only(
      'pipeline-knows-ports-only',
      '^shared/pipeline/',
      '^(shared/(pipeline|ports|domain|errors)/|schemas/|timers/promises$)',
    ),
    only(
      'config-imports-errors-zod-yaml',
      '^shared/config/',
      `^(shared/(config|domain|errors)/|fs(/promises)?$|path$|url$|${NPM}(zod|yaml)/)`,
    ),
    {
      name: 'adapter-imports-ports-and-sdk',
      severity: 'error',
      comment: 'An adapter knows ports, domain, errors, its own folder and packages.',
      from: { path: '^shared/adapters/([^/]+)/' },
      to: {
        path: '^(shared|schemas)/',
        pathNot: '^shared/(ports|domain|errors)/|^shared/adapters/$1/|^schemas/',
      },
    },
    confined('kafkajs/', '^shared/adapters/kafka/'),
    confined('@elastic/elasticsearch/', '^shared/adapters/elasticsearch/'),
    confined('classic-level/', '^shared/adapters/(embedded-log|kafka)/'),
    confined('@duckdb/', '^shared/adapters/duckdb/'),
    confined('pino/', '^shared/adapters/pino/'),
    confined('prom-client/', '^shared/adapters/prometheus/'),
    confined('avsc/', '^shared/adapters/avro/'),
    confined('fastify/', '^(shared/adapters/http|services/collector|services/cli)/'),
    confined('commander/', '^services/cli/'),
    confined('zod/', '^shared/config/'),
    confined('jose/', '^shared/adapters/oidc/'),
    confined('fzstd/', '^services/collector/unpack/'),
    {
      name: 'stage-is-pure',
      severity: 'error',
      comment: 'stage.ts and its siblings decide; they reach neither disk, network nor process.',
      from: { path: '^services/', pathNot: `^services/cli/|${EDGES}` },
      to: { path: OUTSIDE },
    },
    {
      name: 'only-edges-import-adapters',
      severity: 'error',
      comment: 'main.ts wires adapters; a stage gets what it needs as arguments.',
      from: { path: '^services/', pathNot: `^services/cli/|${EDGES}` },
      to: { path: '^shared/(adapters|config|runtime)/' },
    },
    {
      name: 'testing-for-tests-only',
      severity: 'error',
      from: { pathNot: '^(test|shared/testing)/' },
      to: { path: '^shared/testing/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, '../../tsconfig.json') },
    doNotFollow: { path: NPM },
    exclude: { path: '^(dist|data|coverage|test-results|infra/gates/known-bad)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
    reporterOptions: { mermaid: { minify: false } },
  },
};
