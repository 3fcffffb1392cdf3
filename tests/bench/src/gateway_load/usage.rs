//! What a process has used so far, as the kernel counts it.

use std::fs;

/// The kernel's unit of CPU time in `/proc`, the same on every Linux.
const TICK_MICROSECONDS: u64 = 10_000;

/// CPU time and memory of one process.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    /// What runs there.
    pub(crate) name: &'static str,
    /// User and system time.
    pub(crate) cpu_microseconds: u64,
    /// Resident memory.
    pub(crate) resident_kib: u64,
}

impl Usage {
    /// Of the process `id`, now.
    pub(crate) fn of(name: &'static str, id: u32) -> Self {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
        let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self {
            name,
            cpu_microseconds: (ticks(11) + ticks(12)) * TICK_MICROSECONDS,
            resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }
}

/// The process whose command line holds `words`.
pub(crate) fn process_running(words: &[&str]) -> u32 {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .find(|id| {
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            words.iter().all(|word| line.contains(word)) && !line.starts_with("sh ")
        })
        .unwrap()
}
