// Printed Vars against what numpy 1.26 prints in Jittor's frame.
#include <doctest/doctest.h>

#include <limits>
#include <sstream>

#include "../../autograd/ops.hpp"

namespace jt::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

void holds(const Var& x, const std::string& expected) { CHECK_EQ(str(x), expected); }

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("a dtype prints by its name") {
        std::ostringstream out;
        out << array({1.5}).dtype() << " " << bool_;
        CHECK_EQ(out.str(), "float32 bool");
    }

    TEST_CASE("floats print with as few digits as tell them apart") {
        holds(array({{1, 2}, {3, 4}}, float32),
              "jt.Var([[1. 2.]\n"
              "        [3. 4.]], dtype=float32)");
        holds(array({1.5, 2}), "jt.Var([1.5 2. ], dtype=float32)");
        holds(array({0.1, 100.0}), "jt.Var([  0.1 100. ], dtype=float32)");
        holds(array({0.1, 100.0}, float64), "jt.Var([  0.1 100. ], dtype=float64)");
        holds(array({0.1, 101.0}), "jt.Var([1.00e-01 1.01e+02], dtype=float32)");
        holds(array({1e8, 1.0}), "jt.Var([1.e+08 1.e+00], dtype=float32)");
        holds(array({99999992.0}), "jt.Var([99999992.], dtype=float32)");
        holds(array({1e-4}), "jt.Var([1.e-04], dtype=float32)");
        holds(array({1e-4}, float64), "jt.Var([0.0001], dtype=float64)");
        holds(array({0.00012, 0.05}), "jt.Var([0.00012 0.05   ], dtype=float32)");
        holds(array({1.0 / 3, 2.0 / 3}, float64), "jt.Var([0.33333333 0.66666667], dtype=float64)");
        holds(array({1.0 / 3, 2.0 / 3}), "jt.Var([0.33333334 0.6666667 ], dtype=float32)");
        holds(array({0.100000001, 0.3}, float64), "jt.Var([0.1 0.3], dtype=float64)");
        holds(array({1.23456789012e-7, 1}, float64), "jt.Var([1.23456789e-07 1.00000000e+00], dtype=float64)");
        holds(array({1e300, -1e-300}, float64), "jt.Var([ 1.e+300 -1.e-300], dtype=float64)");
        holds(array({-0.0, 0.0}), "jt.Var([-0.  0.], dtype=float32)");
    }

    TEST_CASE("NaN and infinity are as wide as the rest") {
        holds(array({nan, 1.0}), "jt.Var([nan  1.], dtype=float32)");
        holds(array({inf, -1.5}), "jt.Var([ inf -1.5], dtype=float32)");
        holds(array({-inf, 1.0}), "jt.Var([-inf   1.], dtype=float32)");
        holds(array({nan, nan}), "jt.Var([nan nan], dtype=float32)");
        holds(array({-inf, nan}), "jt.Var([-inf  nan], dtype=float32)");
        holds(array({inf, 1e10}), "jt.Var([   inf 1.e+10], dtype=float32)");
        holds(array({nan, 0.001, 12345.678}), "jt.Var([          nan 1.0000000e-03 1.2345678e+04], dtype=float32)");
        holds(array({-1.5, 22.25, -333.125}), "jt.Var([  -1.5     22.25  -333.125], dtype=float32)");
        holds(array({1e-45}), "jt.Var([1.e-45], dtype=float32)");
    }

    TEST_CASE("the smallest numbers, ties of rounding") {
        holds(array({0.5, 0.125}, float64), "jt.Var([0.5   0.125], dtype=float64)");
        holds(array({0.000000015, 0.000000025}, float64), "jt.Var([1.5e-08 2.5e-08], dtype=float64)");
        holds(array({0.123456785, 0.5}, float64), "jt.Var([0.12345678 0.5       ], dtype=float64)");
    }

    TEST_CASE("integers and bools print") {
        holds(array({1, -20, 300}), "jt.Var([  1 -20 300], dtype=int32)");
        holds(array({{1, 2}, {-3, 4}}, int64),
              "jt.Var([[ 1  2]\n"
              "        [-3  4]], dtype=int64)");
        holds(array({0, 255}, uint8), "jt.Var([  0 255], dtype=uint8)");
        holds(array({true, false}), "jt.Var([ True False], dtype=bool)");
        holds(array({true}), "jt.Var([ True], dtype=bool)");
        holds(array({{false, true}, {true, true}}),
              "jt.Var([[False  True]\n"
              "        [ True  True]], dtype=bool)");
    }

    TEST_CASE("Vars of nothing and of many axes print") {
        holds(array({}), "jt.Var([], dtype=float32)");
        holds(zeros({0, 3}), "jt.Var([], dtype=float32)");
        holds(zeros({2, 0}, int32), "jt.Var([], dtype=int32)");
        holds(zeros({1, 1, 1}), "jt.Var([[[0.]]], dtype=float32)");
        holds(reshape(arange(12), {2, 3, 2}),
              "jt.Var([[[ 0  1]\n"
              "         [ 2  3]\n"
              "         [ 4  5]]\n"
              "       \n"
              "        [[ 6  7]\n"
              "         [ 8  9]\n"
              "         [10 11]]], dtype=int32)");
        holds(reshape(arange(16), {2, 2, 2, 2}),
              "jt.Var([[[[ 0  1]\n"
              "          [ 2  3]]\n"
              "       \n"
              "         [[ 4  5]\n"
              "          [ 6  7]]]\n"
              "       \n"
              "       \n"
              "        [[[ 8  9]\n"
              "          [10 11]]\n"
              "       \n"
              "         [[12 13]\n"
              "          [14 15]]]], dtype=int32)");
    }

    TEST_CASE("long rows wrap") {
        holds(arange(30),
              "jt.Var([ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
              "        24 25 26 27 28 29], dtype=int32)");
        holds(cast(arange(40), float32),
              "jt.Var([ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n"
              "        18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29. 30. 31. 32. 33. 34. 35.\n"
              "        36. 37. 38. 39.], dtype=float32)");
        holds(cast(arange(25), float32) / 7,
              "jt.Var([0.         0.14285715 0.2857143  0.42857143 0.5714286  0.71428573\n"
              "        0.85714287 1.         1.1428572  1.2857143  1.4285715  1.5714285\n"
              "        1.7142857  1.8571428  2.         2.142857   2.2857144  2.4285715\n"
              "        2.5714285  2.7142856  2.857143   3.         3.142857   3.2857144\n"
              "        3.4285715 ], dtype=float32)");
        holds(reshape(cast(arange(44), float64) / 3, {2, 22}),
              "jt.Var([[ 0.          0.33333333  0.66666667  1.          1.33333333  1.66666667\n"
              "          2.          2.33333333  2.66666667  3.          3.33333333  3.66666667\n"
              "          4.          4.33333333  4.66666667  5.          5.33333333  5.66666667\n"
              "          6.          6.33333333  6.66666667  7.        ]\n"
              "        [ 7.33333333  7.66666667  8.          8.33333333  8.66666667  9.\n"
              "          9.33333333  9.66666667 10.         10.33333333 10.66666667 11.\n"
              "         11.33333333 11.66666667 12.         12.33333333 12.66666667 13.\n"
              "         13.33333333 13.66666667 14.         14.33333333]], dtype=float64)");
        holds(arange(1000)[Slice{980, {}}],
              "jt.Var([980 981 982 983 984 985 986 987 988 989 990 991 992 993 994 995 996 997\n"
              "        998 999], dtype=int32)");
    }

    TEST_CASE("many elements are summarised") {
        holds(arange(1001), "jt.Var([   0    1    2 ...  998  999 1000], dtype=int32)");
        holds(reshape(arange(2000), {20, 100}),
              "jt.Var([[   0    1    2 ...   97   98   99]\n"
              "        [ 100  101  102 ...  197  198  199]\n"
              "        [ 200  201  202 ...  297  298  299]\n"
              "        ...\n"
              "        [1700 1701 1702 ... 1797 1798 1799]\n"
              "        [1800 1801 1802 ... 1897 1898 1899]\n"
              "        [1900 1901 1902 ... 1997 1998 1999]], dtype=int32)");
        holds(reshape(cast(arange(2002), float32), {2, 7, 143}),
              "jt.Var([[[0.000e+00 1.000e+00 2.000e+00 ... 1.400e+02 1.410e+02 1.420e+02]\n"
              "         [1.430e+02 1.440e+02 1.450e+02 ... 2.830e+02 2.840e+02 2.850e+02]\n"
              "         [2.860e+02 2.870e+02 2.880e+02 ... 4.260e+02 4.270e+02 4.280e+02]\n"
              "         ...\n"
              "         [5.720e+02 5.730e+02 5.740e+02 ... 7.120e+02 7.130e+02 7.140e+02]\n"
              "         [7.150e+02 7.160e+02 7.170e+02 ... 8.550e+02 8.560e+02 8.570e+02]\n"
              "         [8.580e+02 8.590e+02 8.600e+02 ... 9.980e+02 9.990e+02 1.000e+03]]\n"
              "       \n"
              "        [[1.001e+03 1.002e+03 1.003e+03 ... 1.141e+03 1.142e+03 1.143e+03]\n"
              "         [1.144e+03 1.145e+03 1.146e+03 ... 1.284e+03 1.285e+03 1.286e+03]\n"
              "         [1.287e+03 1.288e+03 1.289e+03 ... 1.427e+03 1.428e+03 1.429e+03]\n"
              "         ...\n"
              "         [1.573e+03 1.574e+03 1.575e+03 ... 1.713e+03 1.714e+03 1.715e+03]\n"
              "         [1.716e+03 1.717e+03 1.718e+03 ... 1.856e+03 1.857e+03 1.858e+03]\n"
              "         [1.859e+03 1.860e+03 1.861e+03 ... 1.999e+03 2.000e+03 2.001e+03]]], dtype=float32)");
    }

    TEST_CASE("summaries of many axes and of what is not shown") {
        holds(reshape(arange(1200), {300, 4}) > 600,
              "jt.Var([[False False False False]\n"
              "        [False False False False]\n"
              "        [False False False False]\n"
              "        ...\n"
              "        [ True  True  True  True]\n"
              "        [ True  True  True  True]\n"
              "        [ True  True  True  True]], dtype=bool)");
        holds(concat({full({500}, 1e10), zeros({600})}),
              "jt.Var([1.e+10 1.e+10 1.e+10 ... 0.e+00 0.e+00 0.e+00], dtype=float32)");
        holds(concat({ones({500}), full({1}, 1e10), ones({600})}), "jt.Var([1. 1. 1. ... 1. 1. 1.], dtype=float32)");
        holds(full({3, 8}, -1.0 / 3, float64),
              "jt.Var([[-0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333\n"
              "         -0.33333333 -0.33333333]\n"
              "        [-0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333\n"
              "         -0.33333333 -0.33333333]\n"
              "        [-0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333 -0.33333333\n"
              "         -0.33333333 -0.33333333]], dtype=float64)");
    }

    TEST_CASE("Vars go into streams, empty ones do not print") {
        std::ostringstream out;
        out << array({1.0}) << ' ' << array({2});
        CHECK_EQ(out.str(), "jt.Var([1.], dtype=float32) jt.Var([2], dtype=int32)");
    }
}

}  // namespace jt::test
