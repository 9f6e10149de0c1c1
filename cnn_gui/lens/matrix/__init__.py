"""A convolution as a product of matrices: its pictures, its words, what it costs."""
