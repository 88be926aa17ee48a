//! Tries seeds of the differential test: `differential FIRST COUNT`. Prints what disagrees.

#![expect(clippy::print_stdout, reason = "a command for developers says what it found")]

#[path = "../tests/suite/differential.rs"]
mod differential;
#[path = "../tests/suite/support.rs"]
#[expect(dead_code, reason = "the suite uses more of it")]
mod support;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (first, count) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(1000));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be started");
    for start in (first..first + count).step_by(20) {
        let report = runtime.block_on(differential::run(start, 20.min(first + count - start)));
        for fault in &report.faults {
            println!("{fault}\n");
        }
        println!("from {start}: {} queries, {} with a reference", report.queries, report.referenced);
        for (code, (count, last)) in &report.failures {
            println!("  {code} {count} times, lastly {last}");
        }
    }
}
