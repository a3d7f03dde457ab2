use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let range: Vec<u64> = args[1].split("..").map(|n| n.parse().unwrap()).collect();
    let faulty = args[2] == "f";
    let show: usize = args.get(3).and_then(|n| n.parse().ok()).unwrap_or(0);
    let started = Instant::now();
    let mut failed = 0;
    let mut kinds: std::collections::BTreeMap<String, (u32, u64)> = Default::default();
    for seed in range[0]..range[1] {
        let case = if faulty { simulation::generate::faulty(seed) } else { simulation::generate::case(seed) };
        if let Err(failure) = simulation::play::play(&case) {
            failed += 1;
            let first: String = failure.broken[0].chars().take(170).collect();
            let e = kinds.entry(first.replace("store", "shop")).or_insert((0, seed));
            e.0 += 1;
            if failed <= show {
                println!(
                    "seed {seed}\n{case:?}\n{}\n{}",
                    failure.broken.join("\n"),
                    failure
                        .trace
                        .join("\n")
                        .replace("accounts/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/workers/scripts", "W")
                        .replace("11111111111111111111111111111111", "Z1")
                        .replace("22222222222222222222222222222222", "Z2")
                );
            }
        }
    }
    for (k, (n, s)) in kinds {
        println!("{n:>5} (seed {s}) {k}");
    }
    println!("{} cases, {failed} failed, {:?}", range[1] - range[0], started.elapsed());
}
