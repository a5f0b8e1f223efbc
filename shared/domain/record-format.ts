/**
 * Owns: the names of the formats that a record can have, whatever it came in. Types only.
 */

/**
 * `audit`: an event of the API server (v1, v1beta1). `admission`: an AdmissionReview line of
 * kube-audit-rest. `gke`: a LogEntry of Cloud Logging. `spo`: a line of the JSON enricher.
 * `falco`: an alert, by Falco itself or falcosidekick.
 */
export type RecordFormat = 'audit' | 'admission' | 'gke' | 'spo' | 'falco';
