// Feeds the readers of .npy and .npz what libFuzzer makes up: nothing but a FileError may come, and what loads must
// come back from our own writers.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined tests/fuzz/fuzz_npz.cpp core/*.cpp core/files/*.cpp
//         core/kernels/movement/movement.cpp -lz -o fuzz_npz
//     ./fuzz_npz -max_len=65536 -malloc_limit_mb=64 -timeout=5 NEW_FOLDER SEEDS      seeds: tests/malformed/make.py
//     SEEDS
#include <cstdlib>
#include <cstring>

#include "../../core/files/npz.hpp"

using namespace jt;

namespace {

using Bytes = std::span<const std::byte>;

void hold(bool promise) {
    if (!promise) std::abort();
}

void hold_same(const Array& x, const Array& y) {
    hold(x.shape() == y.shape() && x.dtype() == y.dtype() && std::memcmp(x.raw(), y.raw(), x.bytes()) == 0);
}

/// The bytes that `write` gives its sink.
template <class F>
std::string collect(F write) {
    std::string bytes;
    write([&](const void* data, std::size_t n) { bytes.append(static_cast<const char*>(data), n); });
    return bytes;
}

void try_npy(Bytes bytes) {
    const Array x = parse_npy(bytes);
    const auto ours = collect([&](const Sink& sink) { write_npy(sink, x); });
    hold_same(parse_npy(std::as_bytes(std::span(ours))), x);
}

void try_npz(Bytes bytes) {
    const NamedArrays arrays = parse_npz(bytes);
    for (Zip zip : {Zip::stored, Zip::deflated}) {
        const auto ours = collect([&](const Sink& sink) { write_npz(sink, arrays, zip); });
        const NamedArrays again = parse_npz(std::as_bytes(std::span(ours)));
        hold(again.size() == arrays.size());
        for (std::size_t k = 0; k < arrays.size(); ++k) {
            hold(again[k].first == arrays[k].first);
            hold_same(again[k].second, arrays[k].second);
        }
    }
}

/// The message of the FileError, the same each time; empty when all is well.
template <class F>
std::string message(F f, Bytes bytes) {
    try {
        f(bytes);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const Bytes bytes = std::as_bytes(std::span(data, size));
    for (auto reader : {try_npy, try_npz}) hold(message(reader, bytes) == message(reader, bytes));
    clear_buffer_cache();
    return 0;
}
