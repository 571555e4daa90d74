module half #(parameter N = 1) (input [N-1:0] x, y, output [N-1:0] s, c);
  assign s = x ^ y, c = x & y;
endmodule
module top(input signed [2:0] a, b, output signed [5:0] p);
  wire [2:0] s, c;
  half #(.N(3)) u(.x(a), .y(b), .s(s), .c(c));
  nand #1 g(n, a[0], b[0]);
  FAX1 f(.A(a[1]), .B(~(b[1] | n)), .C(1'b1), .YS(k), .YC(m));
  assign p = m ? $signed(s) + (c <<< 1) : {2{k, ^a, 4'sb1_0 == c}} - (a * b);
endmodule
