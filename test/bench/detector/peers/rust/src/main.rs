//! Matches flat events with Sigma rules by rsigma-eval or sigma-rust.
//! Arguments: rsigma or sigma-rust, rules.jsonl, events.jsonl, number of rules, number of events.
use std::fs;
use std::time::Instant;

fn cpu_seconds() -> f64 {
    let mut r: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut r) };
    let micros = (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1_000_000
        + r.ru_utime.tv_usec
        + r.ru_stime.tv_usec;
    micros as f64 / 1e6
}

/// The high-water mark of this program alone; that of getrusage is of its parent, too.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a mark");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("KiB");
    kib / 1024
}

fn lines(path: &str, most: &str) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a file");
    let most = most.parse().expect("a number");
    text.lines().take(most).map(str::to_string).collect()
}

struct Outcome {
    hits: usize,
    refused: usize,
    load: f64,
    cpu: f64,
    wall: f64,
}

fn rsigma(rules: &[String], events: &[String]) -> Outcome {
    let started = cpu_seconds();
    let mut engine = rsigma_eval::Engine::new();
    let mut parsed = vec![];
    let mut refused = 0;
    for rule in rules {
        match rsigma_parser::parse_sigma_yaml(rule) {
            Ok(collection) => parsed.extend(collection.rules),
            Err(_) => refused += 1,
        }
    }
    refused += engine.add_rules(&parsed).len();
    let load = cpu_seconds() - started;
    let values: Vec<serde_json::Value> =
        events.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (from, wall) = (cpu_seconds(), Instant::now());
    let mut hits = 0;
    for value in &values {
        hits += engine.evaluate(&rsigma_eval::JsonEvent::borrow(value)).len();
    }
    Outcome { hits, refused, load, cpu: cpu_seconds() - from, wall: wall.elapsed().as_secs_f64() }
}

fn sigma_rust(rules: &[String], events: &[String]) -> Outcome {
    let started = cpu_seconds();
    let parsed: Vec<_> = rules.iter().filter_map(|rule| sigma_rust::rule_from_yaml(rule).ok()).collect();
    let refused = rules.len() - parsed.len();
    let load = cpu_seconds() - started;
    let values: Vec<_> =
        events.iter().map(|line| sigma_rust::event_from_json(line).expect("JSON")).collect();
    let (from, wall) = (cpu_seconds(), Instant::now());
    let mut hits = 0;
    for value in &values {
        hits += parsed.iter().filter(|rule| rule.is_match(value)).count();
    }
    Outcome { hits, refused, load, cpu: cpu_seconds() - from, wall: wall.elapsed().as_secs_f64() }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rules = lines(&args[2], &args[4]);
    let events = lines(&args[3], &args[5]);
    let done = if args[1] == "rsigma" { rsigma(&rules, &events) } else { sigma_rust(&rules, &events) };
    println!(
        r#"{{"hits":{},"refused":{},"loadSeconds":{},"cpuSeconds":{},"wallSeconds":{},"peakMiB":{}}}"#,
        done.hits, done.refused, done.load, done.cpu, done.wall, peak_mib()
    );
}
