using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Automation.Notify.WebPush;

/// <summary>Encrypts a message so that only the browser reads it (RFC 8291), as one record of RFC 8188.</summary>
internal static class PushEncryption
{
    private const int RecordSize = 4096;
    private const int KeyLength = 65;
    private const int SaltLength = 16;
    private const int TagLength = 16;
    private const int HeaderLength = SaltLength + 4 + 1 + KeyLength;

    /// <summary>What fits: the record less its header, the delimiter and the tag.</summary>
    public const int MaximumBytes = RecordSize - HeaderLength - 1 - TagLength;

    /// <exception cref="CryptographicException">The browser's key is no point of the curve.</exception>
    public static byte[] Encrypt(PushTarget target, ReadOnlySpan<byte> text)
    {
        using var oneTime = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(target, text, oneTime, RandomNumberGenerator.GetBytes(SaltLength));
    }

    /// <summary>With the sender's one-time key and the salt given.</summary>
    //
    //   | salt (16) | record size (4) | 65 | our public key (65) | sealed: text, 0x02 | tag (16) |
    internal static byte[] Encrypt(PushTarget target, ReadOnlySpan<byte> text, ECDiffieHellman oneTime, ReadOnlySpan<byte> salt)
    {
        byte[] browser = Base64Url.DecodeFromChars(target.P256dh);
        byte[] own = Point(oneTime.ExportParameters(false).Q);
        using var peer = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = browser[1..33], Y = browser[33..] } });
        byte[] shared = oneTime.DeriveRawSecretAgreement(peer.PublicKey);

        // RFC 8291 §3.4: both public keys are part of what the key is made from.
        Span<byte> material = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, material, Base64Url.DecodeFromChars(target.Auth), [.. "WebPush: info\0"u8, .. browser, .. own]);
        Span<byte> key = stackalloc byte[16];
        Span<byte> nonce = stackalloc byte[12];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, key, salt, "Content-Encoding: aes128gcm\0"u8);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, nonce, salt, "Content-Encoding: nonce\0"u8);

        byte[] body = new byte[HeaderLength + text.Length + 1 + TagLength];
        salt.CopyTo(body);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(SaltLength), RecordSize);
        body[SaltLength + 4] = KeyLength;
        own.CopyTo(body, SaltLength + 5);

        // RFC 8188 §2: 0x02 delimits the last record.
        byte[] plain = [.. text, 2];
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, body.AsSpan(HeaderLength, plain.Length), body.AsSpan(HeaderLength + plain.Length));
        return body;
    }

    private static byte[] Point(ECPoint q) => [4, .. q.X!, .. q.Y!];
}
