//! What the kernel knows of processes.

use std::time::{Duration, Instant};

use anyhow::Context as _;

/// `/proc` counts processor time in ticks of 10 ms, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// Counts the processor time that a process uses from now on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuTimer {
    pid: u32,
    before: Duration,
}

impl CpuTimer {
    pub(crate) fn start(pid: u32) -> anyhow::Result<Self> {
        Ok(Self { pid, before: cpu_time(pid)? })
    }

    pub(crate) fn elapsed(&self) -> anyhow::Result<Duration> {
        Ok(cpu_time(self.pid)?.saturating_sub(self.before))
    }
}

/// Processor time that all threads of a process have used so far, in the kernel and outside of it.
fn cpu_time(pid: u32) -> anyhow::Result<Duration> {
    let text = read(pid, "stat")?;
    parse_cpu_time(&text).with_context(|| format!("/proc/{pid}/stat has an unknown form"))
}

/// Counts the processor time that the whole machine uses from now on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MachineTimer {
    began: Instant,
    before: MachineTime,
}

/// What all cores have done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MachineTime {
    cores: u32,
    busy: Duration,
}

impl MachineTimer {
    pub(crate) fn start() -> anyhow::Result<Self> {
        Ok(Self { began: Instant::now(), before: machine_time()? })
    }

    /// The share of all cores' time that was taken by others than those who used `own` of it: other
    /// programs, the kernel on its own account, and other machines on the same hardware.
    pub(crate) fn share_of_others(&self, own: Duration) -> anyhow::Result<f64> {
        let now = machine_time()?;
        let others = now.busy.saturating_sub(self.before.busy).saturating_sub(own);
        Ok(others.as_secs_f64() / (self.began.elapsed() * now.cores).as_secs_f64())
    }
}

/// Memory that a process has in RAM, in KiB: its own and what it maps of files.
pub(crate) fn resident_kib(pid: u32) -> anyhow::Result<u32> {
    let text = read(pid, "status")?;
    parse_resident_kib(&text).with_context(|| format!("/proc/{pid}/status has an unknown form"))
}

/// The most memory that a process has had in RAM so far, in bytes.
pub(crate) fn peak_memory(pid: u32) -> anyhow::Result<u64> {
    let text = read(pid, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"));
    let kib: u64 = line.with_context(|| format!("/proc/{pid}/status has an unknown form"))?.trim().parse()?;
    Ok(kib * 1024)
}

/// The load averages of the last 1, 5 and 15 minutes, as the kernel prints them.
pub(crate) fn load_average() -> anyhow::Result<String> {
    let text = std::fs::read_to_string("/proc/loadavg").context("cannot read /proc/loadavg")?;
    Ok(text.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}

/// The name of the processor.
pub(crate) fn processor() -> anyhow::Result<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").context("cannot read /proc/cpuinfo")?;
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(name.map_or("an unnamed processor", |(_, name)| name).to_owned())
}

fn read(pid: u32, file: &str) -> anyhow::Result<String> {
    let path = format!("/proc/{pid}/{file}");
    std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
}

fn parse_cpu_time(stat: &str) -> Option<Duration> {
    // The name of the program is in parentheses and may hold anything; user and system time are the
    // twelfth and thirteenth field after it.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + system))
}

fn machine_time() -> anyhow::Result<MachineTime> {
    let text = std::fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    parse_machine_time(&text).context("/proc/stat has an unknown form")
}

fn parse_machine_time(stat: &str) -> Option<MachineTime> {
    let all_cores = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = all_cores.split_whitespace().map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen, ..] = ticks[..] else {
        return None;
    };
    let busy = user + nice + system + interrupts + soft_interrupts + stolen;
    let is_core = |line: &&str| line.strip_prefix("cpu").is_some_and(|rest| !rest.starts_with(' '));
    let cores = stat.lines().filter(is_core).count().try_into().ok()?;
    Some(MachineTime { cores, busy: Duration::from_millis(busy * 10) })
}

fn parse_resident_kib(status: &str) -> Option<u32> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    value.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_after_any_program_name() {
        let stat = "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 100 0 3 0 150 25 7 8 20 0 4 0 99 1 2";
        assert_eq!(parse_cpu_time(stat), Some(Duration::from_millis(1750)));
        assert_eq!(parse_cpu_time("4711 (a) S 1"), None);
    }

    #[test]
    fn idle_and_waiting_cores_are_not_busy() {
        let stat = "cpu  100 20 30 4000 500 6 7 8 9 10\ncpu0 50 10 15 2000 250 3 3 4 4 5\n\
                    cpu1 50 10 15 2000 250 3 4 4 5 5\nintr 5 0\n";
        let expected = MachineTime { cores: 2, busy: Duration::from_millis(1710) };
        assert_eq!(parse_machine_time(stat), Some(expected));
        assert_eq!(parse_machine_time("cpu  1 2 3\n"), None);
    }

    #[test]
    fn resident_memory_is_read_in_kib() {
        assert_eq!(parse_resident_kib("VmPeak:\t  9 kB\nVmRSS:\t   51234 kB\nRssAnon: 1 kB\n"), Some(51234));
        assert_eq!(parse_resident_kib("Name:\tx\n"), None);
    }
}
