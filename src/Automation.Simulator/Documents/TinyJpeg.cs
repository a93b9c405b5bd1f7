using System.Text;

namespace Automation.Simulator.Documents;

/// <summary>A valid picture of 8 by 8 grey pixels in some 120 bytes; a comment segment makes each different.</summary>
internal static class TinyJpeg
{
    /// <param name="comment">At most 1000 characters.</param>
    public static byte[] Make(string comment)
    {
        byte[] text = Encoding.UTF8.GetBytes(comment.Length > 1000 ? comment[..1000] : comment);
        int commentLength = text.Length + 2;
        byte[] quantisation = [.. Enumerable.Repeat((byte)1, 64)];
        return
        [
            0xFF, 0xD8,                                                                  // start of image
            0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
            0xFF, 0xFE, (byte)(commentLength >> 8), (byte)(commentLength & 0xFF), .. text,
            0xFF, 0xDB, 0, 67, 0, .. quantisation,
            0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0,                             // baseline, 8 bits, 8 × 8, one component
            0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0,                              // DC table: one code of one bit, category 0
            0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,                              // AC table: one code of one bit, end of block
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,                                         // start of scan
            0x3F,                                                                        // DC 0, end of block, padding of ones
            0xFF, 0xD9,
        ];
    }
}
