// Jittor's own lesson: a convolution made of reindex, broadcast, a product and a sum, and pooling by reindex_reduce.
#include <cstdio>
#include <minijt/minijt.hpp>
using namespace jt;

Var convolution(const Var& x, const Var& w) {
    const auto [n, c, height, width] = sizes<4>(x);
    const auto [o, in, kh, kw] = sizes<4>(w);
    const Shape shape{n, o, c, height - kh + 1, width - kw + 1, kh, kw};
    const Var xx = x.reindex(shape, {"i0", "i2", "i3+i5", "i4+i6"});  // all windows, once for each kernel
    const Var ww = w[{newaxis, _, _, newaxis, newaxis}].broadcast(shape);
    return (xx * ww).sum({2, 5, 6});
}

Var pool(const Var& x) {
    const auto [n, c, height, width] = sizes<4>(x);
    return x.reindex_reduce("maximum", {n, c, height / 2, width / 2}, {"i0", "i1", "i2/2", "i3/2"});
}

double distance(const Var& x, const Var& y) { return abs(x - y).max().item(); }

int main() {
    set_global_seed(7);
    const Var x = randn({2, 3, 8, 8}), w = randn({4, 3, 3, 3});
    const Var y = pool(convolution(x, w)), z = max_pool2d(conv2d(x, w), 2);
    const Vars gy = grad(y.sqr().sum(), {x, w}), gz = grad(z.sqr().sum(), {x, w});
    const double values = distance(y, z), of_x = distance(gy[0], gz[0]), of_w = distance(gy[1], gz[1]);
    std::printf("as conv2d and max_pool2d, within 1e-3: values %d, gradients %d %d\n", values < 1e-3, of_x < 1e-3,
                of_w < 1e-3);

    // It learns the kernel that finds edges from what that makes of noise.
    const Var edges = array({{{{-1., 0., 1.}, {-2., 0., 2.}, {-1., 0., 1.}}}}), noise = randn({8, 1, 8, 8});
    Var kernel = zeros({1, 1, 3, 3});
    nn::SGD opt({kernel}, {.lr = 0.2});
    for (int step = 0; step <= 30; ++step) {
        const Var loss = nn::mse_loss(convolution(noise, kernel), conv2d(noise, edges));
        if (step % 10 == 0) std::printf("step %2d  loss %.4f\n", step, loss.item());
        opt.step(loss);
    }
    std::printf("%s\n", str(kernel.round().int32().reshape({3, 3})).c_str());
}
