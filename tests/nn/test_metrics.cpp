// Accuracy, top-k and the confusion matrix: values, ties, NaN, and each error's text.
#include "../../nn/report/metrics.hpp"

#include "../check.hpp"

using namespace jt;

namespace {

const Var scores = array({{0.1, 0.7, 0.2}, {0.5, 0.2, 0.3}, {0.2, 0.3, 0.5}, {0.1, 0.6, 0.3}});
const Var targets = array({1, 2, 2, 0});

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("metrics: shares of right predictions, by scores and by classes") {
        CHECK(accuracy(scores, targets) == 0.5);
        CHECK(accuracy(array({1, 0, 2, 1}), targets) == 0.5);
        CHECK(accuracy(array({1, 2, 2, 0}, int64), targets) == 1);
        CHECK(top_k_accuracy(scores, targets, 1) == 0.5);
        CHECK(top_k_accuracy(scores, targets, 2) == 0.75);
        CHECK(top_k_accuracy(scores, targets, 3) == 1);
        CHECK(top_k_accuracy(scores, targets, 100) == 1);
    }
    TEST_CASE("metrics: more axes are more targets") {
        const Var x = array({{{1., 0.}, {0., 1.}, {2., 0.}}});  // (1, 3, 2): classes 2 and 1
        CHECK(accuracy(x, array({{2, 1}})) == 1);
        CHECK(accuracy(x, array({{2, 0}})) == 0.5);
        CHECK(accuracy(stack({x, x}, 0).reshape({2, 3, 2}), array({{2, 1}, {1, 1}})) == 0.75);
    }
    TEST_CASE("metrics: the first of equal scores wins") {
        const Var same = ones({2, 3});
        CHECK(accuracy(same, array({0, 1})) == 0.5);
        CHECK(top_k_accuracy(same, array({1, 2}), 2) == 0.5);
        CHECK_CLOSE(confusion_matrix(same, array({0, 1}), 3), {1, 0, 0, 1, 0, 0, 0, 0, 0});
    }
    TEST_CASE("metrics: where a score is NaN nothing is right, infinity is a number, and of none it is NaN") {
        const Var x = array({{NAN, 1.}, {0., NAN}, {-INFINITY, INFINITY}});
        CHECK(accuracy(x, array({1, 1, 1})) == doctest::Approx(1 / 3.));
        CHECK(top_k_accuracy(x, array({1, 1, 1}), 2) == doctest::Approx(1 / 3.));
        CHECK(std::isnan(accuracy(zeros({0, 3}), zeros({0}, int32))));
        CHECK(std::isnan(accuracy(zeros({0}, int32), zeros({0}, int32))));
        CHECK(std::isnan(top_k_accuracy(zeros({0, 3}), zeros({0}, int32), 1)));
    }
    TEST_CASE("metrics: the confusion matrix has a row for each target") {
        const Var m = confusion_matrix(scores, targets, 3);
        CHECK(m.dtype() == int32);
        CHECK_CLOSE(m, array({{0, 1, 0}, {0, 1, 0}, {1, 0, 1}}));
        CHECK_CLOSE(confusion_matrix(array({1, 0, 2, 1}), targets, 4).sum(), {4});
        CHECK_CLOSE(confusion_matrix(zeros({0, 3}), zeros({0}, int32), 2), {0, 0, 0, 0});
    }
    TEST_CASE("metrics: errors") {
        const auto expect = [](const char* message, auto f) { CHECK_THROWS_WITH(f(), message); };
        expect("accuracy: needs a Var that holds something, got an empty one", [] { accuracy(Var(), targets); });
        expect("accuracy: needs a Var that holds something, got an empty one", [] { accuracy(scores, Var()); });
        expect("accuracy: needs predictions (n, classes, ...) for targets (n, ...), got (4, 3) and (3,)", [] {
            accuracy(scores, array({0, 1, 2}));
        });
        expect("accuracy: needs predictions (n, classes, ...) for targets (n, ...), got (4,) and (3,)", [] {
            accuracy(targets, array({0, 1, 2}));
        });
        expect("accuracy: needs targets that are whole numbers, got float32",
               [] { accuracy(scores, targets.float32()); });
        expect("accuracy: needs predicted classes that are whole numbers, got float32",
               [] { accuracy(targets.float32(), targets); });
        expect("accuracy: needs targets from 0 up to 3, got 3", [] { accuracy(scores, array({0, 1, 3, 0})); });
        expect("top_k_accuracy: needs targets from 0 up to 3, got -1", [] {
            top_k_accuracy(scores, array({0, 1, -1, 0}), 2);
        });
        expect("top_k_accuracy: needs k of 1 or more, got 0", [] { top_k_accuracy(scores, targets, 0); });
        expect("top_k_accuracy: needs predictions (n, classes, ...) for targets (n, ...), got (4,) and (4,)",
               [] { top_k_accuracy(targets, targets, 1); });
        expect("confusion_matrix: needs 1 class or more, got 0", [] { confusion_matrix(scores, targets, 0); });
        expect("confusion_matrix: needs targets from 0 up to 2, got 2", [] { confusion_matrix(scores, targets, 2); });
        expect("confusion_matrix: needs predictions from 0 up to 3, got 5", [] {
            confusion_matrix(array({0, 5}), array({0, 1}), 3);
        });
        expect("confusion_matrix: needs scores that are numbers, got NaN for prediction 1", [] {
            confusion_matrix(array({{0., 1.}, {NAN, 1.}}), array({0, 1}), 2);
        });
    }
}
