// The limit of a training step of LeNet: convolutions image by image, so that an image stays in the cache.
#include "limit_conv.hpp"

#include <algorithm>
#include <memory>

namespace limit {

using Conv1 = Conv<1, 32, 6, 5>;
using Pool1 = Pool<6, Conv1::out_side>;
using Conv2 = Conv<6, Pool1::half, 16, 5>;
using Pool2 = Pool<16, Conv2::out_side>;
constexpr int image_side = 28, image_pad = 2, hidden1 = 120, hidden2 = 84, classes = 10;

struct LeNet::Net {
    explicit Net(int size);

    void forward_image(int i);
    void backward_image(int i);
    void forward();
    void backward();
    void update(float lr);
    std::vector<Floats*> parameters();

    Batch batch;
    Conv1 conv1{2};
    Conv2 conv2{4};
    Linear fc1{Pool2::out_size, hidden1, false, 6}, fc2{hidden1, hidden2, false, 8}, fc3{hidden2, classes, false, 10};
    Floats padded, map, y1, y2, y3, y4, logits, g2, g3, g4, gmap, gy1;
    std::vector<int> winner1, winner2;
};

LeNet::Net::Net(int size)
    : batch(size, image_side * image_side, classes),
      padded(size * Conv1::in_size),
      map(std::max(Conv1::out_size, Conv2::out_size)),
      y1(size * Pool1::out_size),
      y2(size * Pool2::out_size),
      y3(size * hidden1),
      y4(size * hidden2),
      logits(size * classes),
      g2(y2.size()),
      g3(y3.size()),
      g4(y4.size()),
      gmap(map.size() + 1),
      gy1(Pool1::out_size),
      winner1(y1.size()),
      winner2(y2.size()) {}

static void pad(const float* x, float* y) {
    const int wide = image_side + 2 * image_pad;
    for (int row = 0; row < image_side; ++row)
        std::copy_n(x + row * image_side, image_side, y + (row + image_pad) * wide + image_pad);
}

void LeNet::Net::forward_image(int i) {
    const int at1 = i * Pool1::out_size, at2 = i * Pool2::out_size;
    float* image = &padded[i * Conv1::in_size];
    pad(&batch.x[i * image_side * image_side], image);
    conv1.forward(image, map.data());
    Pool1::forward(map.data(), &y1[at1], &winner1[at1]);
    conv2.forward(&y1[at1], map.data());
    Pool2::forward(map.data(), &y2[at2], &winner2[at2]);
}

void LeNet::Net::backward_image(int i) {
    const int at1 = i * Pool1::out_size, at2 = i * Pool2::out_size;
    Pool2::backward(&g2[at2], &winner2[at2], gmap.data());
    conv2.backward(&y1[at1], gmap.data());
    conv2.backward_input(gmap.data(), gy1.data());
    Pool1::backward(gy1.data(), &winner1[at1], gmap.data());
    conv1.backward(&padded[i * Conv1::in_size], gmap.data());
}

void LeNet::Net::forward() {
    for (int i = 0; i < batch.size; ++i) forward_image(i);
    fc1.forward(y2.data(), y3.data(), batch.size);
    relu(y3);
    fc2.forward(y3.data(), y4.data(), batch.size);
    relu(y4);
    fc3.forward(y4.data(), logits.data(), batch.size);
}

void LeNet::Net::backward() {
    fc3.backward(y4.data(), logits.data(), g4.data(), batch.size);
    relu_backward(y4, g4);
    fc2.backward(y3.data(), g4.data(), g3.data(), batch.size);
    relu_backward(y3, g3);
    fc1.backward(y2.data(), g3.data(), g2.data(), batch.size);
    conv1.clear_gradients();
    conv2.clear_gradients();
    for (int i = 0; i < batch.size; ++i) backward_image(i);
}

void LeNet::Net::update(float lr) {
    conv1.update(lr);
    conv2.update(lr);
    for (Linear* fc : {&fc1, &fc2, &fc3}) fc->update(lr);
}

std::vector<Floats*> LeNet::Net::parameters() {
    std::vector<Floats*> all;
    for (auto part : {conv1.parameters(), conv2.parameters(), fc1.parameters(), fc2.parameters(), fc3.parameters()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

LeNet::LeNet(int batch) : net_(std::make_unique<Net>(batch)) {}
LeNet::~LeNet() = default;

const Batch& LeNet::batch() const { return net_->batch; }
std::vector<Floats*> LeNet::parameters() { return net_->parameters(); }

float LeNet::step(float lr) {
    net_->forward();
    const float loss = cross_entropy(net_->logits, net_->batch);
    net_->backward();
    net_->update(lr);
    return loss;
}

}  // namespace limit
