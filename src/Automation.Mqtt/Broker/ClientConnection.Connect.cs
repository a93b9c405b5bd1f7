using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>The part that lets a client in (MQTT 5.0 §3.1, §3.2).</summary>
internal sealed partial class ClientConnection
{
    private Will? _will;
    private uint _askedExpiry;
    private bool _isVersion31;
    private bool _tellsProblems; // Beyond CONNACK and DISCONNECT (MQTT-3.1.2-29).
    private bool _resumed;
    private uint? _newExpiry;

    /// <inheritdoc/>
    public Will? Will => Volatile.Read(ref _will);

    /// <inheritdoc/>
    public Will? TakeWill() => Interlocked.Exchange(ref _will, null);

    private void DecodeConnect(in MqttFrame frame)
    {
        MqttReader.TryPeekProtocolLevel(frame, out byte level);
        _isVersion31 = level == 3;
        if (level == (byte)ProtocolVersion.V5) Output.Version = _version = ProtocolVersion.V5;
        if (!MqttReader.TryDecode(frame, _version, out MqttPacket? packet, out ReasonCode reason))
        {
            // MQTT-3.1.4-1: whoever cannot say CONNECT is not answered, as with other brokers; an unknown version is (MQTT-3.1.2-2), and a
            // name that 3.1 does not have (MQTT 3.1 §3.1).
            if (reason is ReasonCode.UnsupportedProtocolVersion or ReasonCode.ClientIdentifierNotValid)
            {
                Reject(reason);
                return;
            }

            _core.Log.ClientRefused("", _channel.RemoteAddress, reason);
            End();
            return;
        }

        _pendingConnect = (ConnectPacket)packet;
        Output.Version = _version = _pendingConnect.Version;
    }

    private async ValueTask AcceptAsync(ConnectPacket connect)
    {
        Output.MaximumPacketBytes = (int)Math.Min(connect.MaximumPacketSize ?? int.MaxValue, int.MaxValue);
        if ((connect.Will is { } last && Router.IsOurs(System.Text.Encoding.UTF8.GetBytes(last.Topic))) || HasControlCharacter(connect.ClientId) || HasControlCharacter(connect.UserName) || HasControlCharacter(connect.Will?.Topic))
        {
            // MQTT 5.0 §1.5.4: may be refused like what is malformed; in names of people and devices they only deceive. A will
            // for the broker's own topics is no better.
            _core.Log.ClientRefused("", _channel.RemoteAddress, ReasonCode.MalformedPacket);
            End();
            return;
        }

        if (FindFault(connect) is { } fault)
        {
            Reject(fault, fault == ReasonCode.QuotaExceeded ? MqttLimit.Connections : null);
            return;
        }

        string clientId = connect.ClientId.Length > 0 ? connect.ClientId : _core.NewClientId();
        MqttAuthentication answer = await _core.AuthenticateAsync(connect, clientId, _channel, _reading.Token).ConfigureAwait(false);
        if (answer.Reason != ReasonCode.Success)
        {
            Reject(answer.Reason);
            return;
        }

        var identity = new MqttClientIdentity { ClientId = clientId, UserName = answer.UserName, Roles = answer.Roles, RemoteAddress = _channel.RemoteAddress };
        if (connect.Will is { } will)
        {
            var prepared = Broker.Will.From(will);
            if (!_core.Authorizer.MayPublish(identity, prepared.Topic))
            {
                _core.Counters.NotAuthorized();
                Reject(ReasonCode.NotAuthorized);
                return;
            }

            _will = prepared;
        }

        if (_core.Registry.FindConnection(clientId) is ClientConnection older) await older.SettleAsync().ConfigureAwait(false);
        Enter(connect, identity);
    }

    private ReasonCode? FindFault(ConnectPacket connect)
    {
        if (_core.Options.Redirect is { } elsewhere) return elsewhere.IsPermanent ? ReasonCode.ServerMoved : ReasonCode.UseAnotherServer;

        // Enhanced authentication is not offered (MQTT 5.0 §4.12).
        if (connect.AuthenticationMethod is not null) return ReasonCode.BadAuthenticationMethod;

        // MQTT 3.1.1 MQTT-3.1.3-8: a session without a name cannot be found again.
        if (connect.ClientId.Length == 0 && connect.Version == ProtocolVersion.V311 && !connect.CleanStart) return ReasonCode.ClientIdentifierNotValid;
        return _core.IsFull ? ReasonCode.QuotaExceeded : null;
    }

    private static bool HasControlCharacter(string? text) => text is not null && text.Any(char.IsControl);

    private void Enter(ConnectPacket connect, MqttClientIdentity identity)
    {
        _tellsProblems = connect.RequestProblemInformation;
        _askedExpiry = connect.Version == ProtocolVersion.V5 ? connect.SessionExpirySeconds : connect.CleanStart ? 0 : uint.MaxValue;
        uint expiry = _core.GrantExpiry(_askedExpiry);
        Output.TopicAliases = Math.Min(connect.TopicAliasMaximum, _core.Limits.TopicAliases);
        ushort keepAlive = GrantKeepAlive(connect);
        _silenceLimit = keepAlive == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(keepAlive * 1.5);

        // MQTT-3.1.2-24: it takes less than a CONNACK needs, so nothing can be said to it.
        if (MqttWriter.Measure(Greeting(connect, identity.ClientId, expiry, keepAlive, false), _version) > Output.MaximumPacketBytes)
        {
            TakeWill();
            End();
            return;
        }

        ClientSession? session = _core.Registry.Open(connect, identity, expiry, this, _dispatch, sessionPresent =>
        {
            _resumed = sessionPresent;
            Write(Greeting(connect, identity.ClientId, expiry, keepAlive, sessionPresent));
        });
        if (session is null)
        {
            TakeWill();
            Reject(ReasonCode.QuotaExceeded, MqttLimit.Sessions);
            return;
        }

        Volatile.Write(ref _session, session);
        _core.Log.ClientConnected(identity.ClientId, identity.UserName, identity.RemoteAddress, (byte)connect.Version);
    }

    private ushort GrantKeepAlive(ConnectPacket connect)
    {
        if (_core.Limits.KeepAlive is not { } longest || connect.Version != ProtocolVersion.V5) return connect.KeepAliveSeconds;
        var most = (ushort)Math.Clamp(longest.TotalSeconds, 1, ushort.MaxValue);
        return connect.KeepAliveSeconds == 0 || connect.KeepAliveSeconds > most ? most : connect.KeepAliveSeconds;
    }

    private ConnAckPacket Greeting(ConnectPacket connect, string clientId, uint expiry, ushort keepAlive, bool sessionPresent) => new()
    {
        SessionPresent = sessionPresent && !_isVersion31, // MQTT 3.1 §3.2: that byte is reserved.
        AssignedClientId = connect.ClientId.Length == 0 ? clientId : null,
        SessionExpirySeconds = expiry == _askedExpiry ? null : expiry,
        ReceiveMaximum = _core.Limits.ReceiveMaximum,
        MaximumPacketSize = _core.Limits.PacketBytes >= MqttWriter.MaximumVariableInt ? null : (uint)_core.Limits.PacketBytes,
        TopicAliasMaximum = _core.Limits.TopicAliases,
        ServerKeepAliveSeconds = keepAlive == connect.KeepAliveSeconds ? null : keepAlive,
    };
}
