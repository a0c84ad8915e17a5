// How many threads the kernels use.
#pragma once

namespace jt {

/// Threads that one kernel may use, the calling one included; every number of them gives the same bits. At the start
/// MINIJT_NUM_THREADS, else the lesser of the cores that this process may use and its container's quota.
int num_threads();
/// Throws a ValueError unless n is in 1..1024. Waits while another thread's kernel uses the pool.
void set_num_threads(int n);

}  // namespace jt
