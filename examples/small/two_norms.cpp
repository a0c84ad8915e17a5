// A line fitted by a module with two weight-normed names: what learns is the length g and the direction v of each.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;
using weightnorm::weight_norm;

struct Line : nn::Module {
    Var& up = attr("up", randn({4, 1}));      // x to four numbers
    Var& down = attr("down", randn({1, 4}));  // and back to one
    Var& bias = attr("bias", zeros({1}));
    Var execute(const Var& x) override { return linear(linear(x, up), down, bias); }
};

int main() {
    set_global_seed(3);
    Line line;
    weight_norm(line, "up", 0);     // one length for the whole column
    weight_norm(line, "down", -1);  // and one for the row
    for (const auto& name : line.pre_forward_hooks()) std::printf("runs before each call: %s\n", name.c_str());
    const Var x = rand({32, 1}) * 2 - 1, y = 3 * x - 0.5;
    nn::SGD opt(line.parameters(), {.lr = 0.1});
    for (int step = 0; step <= 60; ++step) {
        const Var loss = nn::mse_loss(line(x), y);
        if (step % 20 == 0) std::printf("step %2d  loss %.4f\n", step, loss.item());
        opt.step(loss);
    }
    line.rebuild_derived();  // the weights of the last step, which no call has read yet
    const double slope = matmul(line.down, line.up).item(), g = line.getattr("up_g").item();
    std::printf("y = %.2f x %+.2f, |up| = %.2f = g %.2f\n", slope, line.bias.item(), norm(line.up, 2, 0).item(), g);
    weightnorm::remove_weight_norm(line, "up");
    std::printf("without a norm on up: %zu parameters, y(1) = %.2f\n", line.parameters().size(),
                line(ones({1, 1})).item());
}
