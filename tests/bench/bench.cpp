// Answers for the rows of one side: bench limit|minijt [cpu|wall]. report.py asks.
#include <iostream>

#include "limit.hpp"
#include "sides.hpp"

namespace {

constexpr float learning_rate = 0.01f;

void time_training(Timer& timer, auto&& net) {
    timer([&] { return net.step(learning_rate); });
}

void time_chain(Timer& timer, void (*chain)(const float*, float*)) {
    const limit::Floats x = limit::uniform(limit::chain_size, 1, 1);
    limit::Floats gx(x.size());
    timer([&] {
        chain(x.data(), gx.data());
        return gx[0];
    });
}

void vector_chain(Timer& timer) { time_chain(timer, limit::chain); }
void scalar_chain(Timer& timer) { time_chain(timer, limit::chain_scalar); }

int refused(const char* side) {
    std::cerr << "bench: needs a side, limit or minijt, got '" << side << "'\n";
    return 2;
}

}  // namespace

Rows limit_rows() {
    Rows rows = {
        {"work/chain100x16", vector_chain},
        {"work/chain100x16.scalar_tanh", scalar_chain},
        {"work/chain100x16.first_order", vector_chain},
        {"work/chain100x16.first_order.scalar_tanh", scalar_chain},
        {"work/mlp64-128-10.b32", [](Timer& timer) { time_training(timer, limit::Mlp(64, 128, 10, 32, false)); }},
        {"work/mlp64-128-10.b32.wn", [](Timer& timer) { time_training(timer, limit::Mlp(64, 128, 10, 32, true)); }},
        {"work/mlp784-512-10.b128", [](Timer& timer) { time_training(timer, limit::Mlp(784, 512, 10, 128, false)); }},
        {"work/mlp784-512-10.b128.wn", [](Timer& timer) { time_training(timer, limit::Mlp(784, 512, 10, 128, true)); }},
        {"work/lenet.b64", [](Timer& timer) { time_training(timer, limit::LeNet(64)); }},
    };
    for (const Row& row : loop_ops()) rows.push_back(row);
    return rows;
}

int main(int argc, char** argv) {
    const std::string side = argc > 1 ? argv[1] : "", clock = argc > 2 ? argv[2] : "cpu";
    if (side == "limit") return serve(limit_rows(), clock);
    if (side == "minijt") return serve(minijt_rows(), clock);
    return refused(side.c_str());
}
