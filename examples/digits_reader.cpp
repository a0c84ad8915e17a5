#include "digits_reader.hpp"

using namespace jt;

jt::nn::ModulePtr digits_reader(const Digits& train) {
    constexpr int epochs = 12, batch = 32;
    const auto reader = nn::make<nn::Sequential>(
        nn::make<nn::Conv>(1, 16, 3, {.padding = 1}), nn::make<nn::ReLU>(), nn::make<nn::MaxPool2d>(2),
        nn::make<nn::Conv>(16, 32, 3, {.padding = 1}), nn::make<nn::ReLU>(), nn::make<nn::MaxPool2d>(2),
        nn::make<nn::Flatten>(), nn::make<nn::Linear>(128, 10));
    nn::Adam opt(reader->parameters(), {.lr = 0.003});
    for (int epoch = 0; epoch < epochs; ++epoch)
        each_batch(train, batch, [&](const Digits& digits) {
            opt.step(nn::cross_entropy_loss(reader(digits.images.reshape({-1, 1, 8, 8})), digits.labels));
        });
    reader->eval();
    return reader;
}
