//! The limit that the hardware sets: RSA-2048 signatures and nothing else.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::process::{CpuTimer, MachineTimer};

/// About as long as the header and the claims of a token.
const MESSAGE: [u8; 700] = [b'm'; 700];

/// Signatures of one measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signatures {
    pub(crate) per_second: f64,
    /// For each second of processor time.
    pub(crate) per_cpu_second: f64,
    /// The share of the cores' time that other programs took.
    pub(crate) others: f64,
}

/// A key pair that was parsed once.
pub(crate) struct RawSigner {
    pair: RsaKeyPair,
    threads: usize,
}

impl RawSigner {
    /// With a fresh key, on as many threads as there are cores.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).context("cannot generate an RSA key")?;
        let threads = std::thread::available_parallelism().context("the number of cores is unknown")?.get();
        Ok(Self { pair, threads })
    }

    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Signs on all threads for about that long.
    pub(crate) fn measure(&self, duration: Duration) -> anyhow::Result<Signatures> {
        let start = Barrier::new(self.threads);
        let (machine, timer) = (MachineTimer::start()?, CpuTimer::start(std::process::id())?);
        let began = Instant::now();
        let signatures = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.threads).map(|_| scope.spawn(|| self.sign_for(duration, &start))).collect();
            threads.into_iter().map(|thread| thread.join().expect("signing does not panic")).sum::<u32>()
        });
        let elapsed = began.elapsed();
        let cpu = timer.elapsed()?;
        Ok(Signatures {
            per_second: f64::from(signatures) / elapsed.as_secs_f64(),
            per_cpu_second: f64::from(signatures) / cpu.as_secs_f64(),
            others: machine.share_of_others(cpu)?,
        })
    }

    fn sign_for(&self, duration: Duration, start: &Barrier) -> u32 {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        let mut signatures = 0;
        start.wait();
        let deadline = Instant::now() + duration;
        while Instant::now() < deadline {
            self.pair
                .sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)
                .expect("signing with a loaded key into a buffer of the modulus' length cannot fail");
            signatures += 1;
        }
        signatures
    }
}
