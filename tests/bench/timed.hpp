// How every benchmark is timed.
#pragma once
#include <benchmark/benchmark.h>

#include <chrono>

/// Times step(), which returns a number that must be computed, once it has run for some milliseconds: caches and branch
/// predictors are then as in the midst of a training.
template <class Step>
void time_steps(benchmark::State& state, Step step) {
    using Clock = std::chrono::steady_clock;
    for (const auto end = Clock::now() + std::chrono::milliseconds(4); Clock::now() < end;)
        benchmark::DoNotOptimize(step());
    for (auto _ : state) benchmark::DoNotOptimize(step());
}
